import { LinkButton } from '../ui/Button.tsx';
import type { Words } from './fault-words.ts';

type WayOutProps = {
  readonly words: Words;
  /** This tab alone has the take, or has not yet saved it: then the way leads through another one. */
  readonly isHeld: boolean;
};

/** To where the fault can be mended. */
export function WayOut({ words: { wayOut }, isHeld }: WayOutProps) {
  if (wayOut === undefined) return null;
  if (!isHeld) return <LinkButton to={wayOut.to}>{wayOut.label}</LinkButton>;
  return (
    <LinkButton to={wayOut.to} target="_blank">
      {`${wayOut.label} in another tab`}
    </LinkButton>
  );
}
