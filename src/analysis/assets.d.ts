/** The address of a file that the build puts beside the app as it is. */
declare module '*?url' {
  const address: string;
  export default address;
}
