import { LinkButton } from '../ui/Button.tsx';
import { PageTitle } from '../ui/PageTitle.tsx';

type What = 'page' | 'attempt' | 'prompt';

/** Thrown by a loader whose address names something that is not there: `throw new NotHereError('attempt')`. */
export class NotHereError extends Error {
  override readonly name = 'NotHereError';
  readonly what: What;

  constructor(what: What) {
    super(`No such ${what}`);
    this.what = what;
  }
}

const WORDS = {
  page: {
    title: 'There is no page at this address',
    why: 'It may have been mistyped, or the page has moved.',
    to: '/',
    label: 'Go to Practice',
  },
  attempt: {
    title: 'There is no such attempt here',
    why: 'It was deleted, or it was recorded in another browser: recordings never leave the one they were made in.',
    to: '/history',
    label: 'Go to History',
  },
  prompt: {
    title: 'There is no such prompt here',
    why: 'It was deleted, or it was written in another browser.',
    to: '/prompts',
    label: 'Go to Prompts',
  },
} as const;

export function NotHere({ what }: { readonly what: What }) {
  const { title, why, to, label } = WORDS[what];
  return (
    <>
      <PageTitle title={title} />
      <div className="stack">
        <p>{why}</p>
        <LinkButton variant="primary" to={to}>
          {label}
        </LinkButton>
      </div>
    </>
  );
}
