import { useState } from 'react';
import { announce } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextArea } from '../ui/Field.tsx';
import { reviewMarkdown } from './markdown.ts';
import { PrintedReview } from './PrintedReview.tsx';
import type { ReviewSheet } from './review-sheet.ts';
import styles from './TakeAway.module.css';

/** A review on paper, or as text to be put elsewhere. Nothing leaves the browser but by the person's hand. */
export function TakeAway({ sheet }: { readonly sheet: ReviewSheet | null }) {
  const [wasCopied, setCopied] = useState(false);
  /** What the browser would not put on its clipboard. */
  const [refused, setRefused] = useState<string | null>(null);

  if (sheet === null) return null;

  async function copy(of: ReviewSheet) {
    const text = reviewMarkdown(of);
    const isCopied = await putOnClipboard(text);
    setCopied(isCopied);
    if (isCopied) announce('Copied as Markdown');
    else setRefused(text);
  }

  return (
    <section className={styles['away']} aria-label="Print or copy">
      <Button variant="plain" slim onClick={() => window.print()}>
        Print or save as PDF
      </Button>
      <Button variant="plain" slim onClick={() => void copy(sheet)}>
        Copy as Markdown
      </Button>
      {wasCopied && <span className="small muted">Copied.</span>}
      <PrintedReview sheet={sheet} />
      {refused !== null && (
        <Dialog
          title="Copy as Markdown"
          onClose={() => setRefused(null)}
          actions={<Button onClick={() => setRefused(null)}>Close</Button>}
        >
          <TextArea
            label="The review"
            hint="The browser does not let this page copy. Copy the text from here."
            rows={12}
            readOnly
            value={refused}
            onFocus={(event) => event.currentTarget.select()}
          />
        </Dialog>
      )}
    </section>
  );
}

/** False: the browser has no clipboard for this page, or does not let it write there. */
async function putOnClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
