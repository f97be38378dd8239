import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { timecode } from '../domain/timeline.ts';
import { announce } from '../ui/announcer.tsx';
import { type Axis, xOf } from '../ui/axis.ts';
import { Select } from '../ui/Field.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import styles from './TimeLine.module.css';
import type { Transport } from './transport.ts';
import { drawnOf, isSeen, leftAfterZoom, leftShowing, ticksOf, type View, zoomsOf } from './zoom.ts';

export type TimeLineState = {
  readonly frame: RefObject<HTMLDivElement | null>;
  /** How many times as wide as the view the whole clip is. */
  readonly zoom: number;
  /** Null until the width is known. */
  readonly axis: Axis | null;
  readonly zoomTo: (zoom: number) => void;
};

/**
 * How far the time line is zoomed in and what of it is in view. The view goes along with a playhead that is in
 * it, and shows one that somebody has moved or started; who looks elsewhere meanwhile is left there.
 */
export function useTimeLine(transport: Transport): TimeLineState {
  const { durationMs } = transport;
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [viewPx, setViewPx] = useState(0);
  /** Which screen of the time line is in view. */
  const [screen, setScreen] = useState(0);
  const nextLeft = useRef(0);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    let before = widthOf(element);
    setViewPx(before);
    const observer = new ResizeObserver(() => {
      const now = widthOf(element);
      if (before > 0) element.scrollLeft *= now / before;
      before = now;
      setViewPx(now);
    });
    const scrolled = () => setScreen(screenOf(element));
    observer.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, []);

  // Before anything is painted, so that what one looks at never jumps.
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    element.scrollLeft = nextLeft.current;
    setScreen(screenOf(element));
  }, [zoom]);

  const zoomTo = useCallback(
    (next: number) => {
      const view = viewOf(frame.current);
      if (view !== null) {
        const { positionMs } = transport.getSnapshot();
        nextLeft.current = leftAfterZoom(view, xIn(view, durationMs, positionMs), view.viewPx * next);
      }
      setZoom(next);
    },
    [transport, durationMs],
  );

  useEffect(() => {
    if (zoom === 1) return undefined;
    let before = transport.getSnapshot();
    return transport.subscribe(() => {
      const now = transport.getSnapshot();
      const view = viewOf(frame.current);
      const isSought = now.moves !== before.moves || (now.isPlaying && !before.isPlaying);
      const atPx = (atMs: number) => (view === null ? 0 : xIn(view, durationMs, atMs));
      const isFollowed = view !== null && now.isPlaying && isSeen(view, atPx(before.positionMs));
      before = now;
      if (view === null || !(isSought || isFollowed) || isSeen(view, atPx(now.positionMs))) return;
      if (frame.current !== null) frame.current.scrollLeft = leftShowing(view, atPx(now.positionMs));
    });
  }, [transport, durationMs, zoom]);

  const axis = useMemo(() => {
    if (viewPx === 0) return null;
    return { durationMs, ...drawnOf({ viewPx, zoom, screen }) };
  }, [durationMs, viewPx, zoom, screen]);
  return { frame, zoom, axis, zoomTo };
}

/** With its fraction, which at a high zoom is many pixels of the whole. */
function widthOf(element: Element): number {
  return element.getBoundingClientRect().width;
}

function screenOf(element: Element): number {
  return Math.floor(element.scrollLeft / Math.max(1, widthOf(element)));
}

function viewOf(element: HTMLElement | null): View | null {
  const whole = element?.firstElementChild ?? null;
  if (element === null || whole === null) return null;
  return { leftPx: element.scrollLeft, viewPx: widthOf(element), wholePx: widthOf(whole) };
}

function xIn({ wholePx }: View, durationMs: number, atMs: number): number {
  return xOf({ durationMs, widthPx: wholePx }, atMs);
}

/** What shares the axis: it is as wide as the zoom makes it, and scrolls in a frame as wide as the player. */
export function TimeLine({
  line: { frame, zoom, axis },
  children,
}: {
  readonly line: TimeLineState;
  readonly children: ReactNode;
}) {
  return (
    <div ref={frame} className={styles['frame']} data-zoomed={zoom > 1} style={{ '--zoom': zoom }}>
      <div className={styles['whole']}>
        {children}
        <div className={styles['times']} aria-hidden="true">
          {axis !== null &&
            ticksOf(axis).map((atMs) => (
              <span key={atMs} style={{ '--x': `${xOf(axis, atMs)}px` }}>
                {timecode(atMs)}
              </span>
            ))}
        </div>
      </div>
    </div>
  );
}

type ZoomProps = { readonly line: TimeLineState; readonly durationMs: number; readonly isDisabled: boolean };

/** Nothing for a clip so short that no more of it could be seen. */
export function Zoom({ line: { zoom, zoomTo }, durationMs, isDisabled }: ZoomProps) {
  const zooms = zoomsOf(durationMs);
  const hasKeys = !isDisabled && zooms.length > 1;
  const step = (by: 1 | -1) => {
    const next = zooms[zooms.indexOf(zoom) + by];
    if (next === undefined) return;
    zoomTo(next);
    announce(next === 1 ? 'Zoom: the whole' : `Zoom: ${zoomWords(next)}`);
  };
  useShortcuts(
    [
      { keys: '+', label: 'Zoom in on the time line', run: () => step(1) },
      { keys: '-', label: 'Zoom out', run: () => step(-1) },
    ],
    { enabled: hasKeys },
  );
  if (zooms.length === 1) return null;
  return (
    <div className={styles['zoom']}>
      <span className={styles['word']} aria-hidden="true">
        Zoom
      </span>
      <Select
        label="Zoom"
        hideLabel
        value={String(zoom)}
        options={zooms.map((value) => ({ value: String(value), label: zoomWords(value) }))}
        disabled={isDisabled}
        onChange={(value) => zoomTo(Number(value))}
      />
    </div>
  );
}

function zoomWords(zoom: number): string {
  return zoom === 1 ? 'Whole' : `${zoom}×`;
}
