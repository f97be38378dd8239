import { useSyncExternalStore } from 'react';
import type { Transport, TransportState } from './transport.ts';

/** One value of the replay; the component renders again only when that value changes. */
export function useTransport<Value extends string | number | boolean | null>(
  transport: Transport,
  select: (state: TransportState) => Value,
): Value {
  return useSyncExternalStore(transport.subscribe, () => select(transport.getSnapshot()));
}
