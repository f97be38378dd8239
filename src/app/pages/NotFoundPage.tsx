import { NotHere } from '../NotHere.tsx';

export function Component() {
  return <NotHere what="page" />;
}
