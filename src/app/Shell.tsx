import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Announcer } from '../ui/announcer.tsx';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { refocus } from '../ui/refocus.ts';
import { ShortcutsDialog } from '../ui/ShortcutsDialog.tsx';
import styles from './Shell.module.css';
import { useOutdated } from './update.ts';

/** Not worth a page that breaks when it cannot be loaded. */
const RecordingElsewhere = lazy<ComponentType>(() =>
  import('./RecordingElsewhere.tsx').then(
    (module) => ({ default: module.RecordingElsewhere }),
    () => ({ default: () => null }),
  ),
);

/** What stands round every page. */
export function Shell() {
  useHeadingFocus();
  return (
    <Frame nav={<MainNavigation />}>
      <UpdateNotice />
      <div className={styles['elsewhere']}>
        <Suspense>
          <RecordingElsewhere />
        </Suspense>
      </div>
      <Outlet />
      {/* Every page that is opened by its address has the same key, and none has the place of another. */}
      <ScrollRestoration getKey={({ key, pathname }) => (key === 'default' ? pathname : key)} />
    </Frame>
  );
}

/** The same while nothing is ready yet: needs no router and no data. */
export function ShellSkeleton() {
  return (
    <div className={styles['skeleton']} aria-busy="true">
      <header className={styles['header']}>
        <div className={`${styles['page']} ${styles['top']}`}>
          <span className={styles['mark']}>Talkthrough</span>
        </div>
      </header>
      <div className={`${styles['page']} ${styles['main']}`} aria-hidden="true">
        <div className={styles['bar']} />
        <div className={styles['bar']} />
        <div className={styles['bar']} />
      </div>
    </div>
  );
}

/** The frame alone, for pages that come in place of the shell. */
export function Frame({ nav, children }: { readonly nav?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main">
        Skip to content
      </a>
      <header className={styles['header']}>
        <div className={`${styles['page']} ${styles['top']}`}>
          <span className={styles['mark']}>Talkthrough</span>
          {nav}
        </div>
      </header>
      <main id="main" tabIndex={-1} className={`${styles['page']} ${styles['main']}`}>
        {children}
      </main>
      <Announcer />
      <ShortcutsDialog />
    </div>
  );
}

/** Never reloads by itself: a take or a half-typed comment may be on the page. */
function UpdateNotice() {
  const outdated = useOutdated();
  if (outdated === null) return null;
  return (
    <div className={styles['notices']}>
      <Notice
        tone="warn"
        title="Talkthrough was updated in another tab"
        actions={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        {outdated.canSave
          ? 'Reload this one when you are done here.'
          : 'Reload this one when you are done here; until then it cannot save.'}
      </Notice>
    </div>
  );
}

const MAIN = [
  { to: '/', label: 'Practice', holds: (path: string) => path === '/' || path.startsWith('/practice/') },
  {
    to: '/history',
    label: 'History',
    holds: (path: string) => path === '/history' || path.startsWith('/attempts/'),
  },
  { to: '/prompts', label: 'Prompts', holds: (path: string) => path.startsWith('/prompts') },
] as const;
const REST = [
  { to: '/settings', label: 'Settings', holds: (path: string) => path.startsWith('/settings') },
] as const;

function MainNavigation() {
  const { pathname } = useLocation();
  const rest = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (rest.current?.matches(':popover-open') === true) rest.current.hidePopover();
  }, [pathname]);
  const isInRest = REST.some((link) => link.holds(pathname));
  return (
    <nav className={styles['nav']} aria-label="Main">
      <ul role="list">
        {MAIN.map((link) => (
          <NavigationItem key={link.to} {...link} pathname={pathname} />
        ))}
      </ul>
      <button
        type="button"
        className={styles['more']}
        popoverTarget="more"
        {...(isInRest ? { 'aria-current': true } : {})}
      >
        More
      </button>
      <ul role="list" id="more" popover="auto" ref={rest} className={styles['rest']}>
        {REST.map((link) => (
          <NavigationItem key={link.to} {...link} pathname={pathname} />
        ))}
      </ul>
    </nav>
  );
}

type NavigationItemProps = ((typeof MAIN)[number] | (typeof REST)[number]) & { readonly pathname: string };

function NavigationItem({ to, label, holds, pathname }: NavigationItemProps) {
  return (
    <li>
      <Link to={to} {...(holds(pathname) ? { 'aria-current': 'page' } : {})}>
        {label}
      </Link>
    </li>
  );
}

/** Whoever navigates by ear or keyboard starts at the heading of the page that came. */
function useHeadingFocus(): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    refocus();
  }, [pathname]);
}
