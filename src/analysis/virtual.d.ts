/** See scripts/silero-weights.ts. */
declare module 'virtual:silero-weights' {
  const address: string;
  export default address;
}
