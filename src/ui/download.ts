const MOST_URLS = 10;
const urls: string[] = [];

/** Hands a blob to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  // A URL must outlive the press by a time nobody tells: only old ones are given back.
  urls.push(url);
  for (const old of urls.splice(0, urls.length - MOST_URLS)) URL.revokeObjectURL(old);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
