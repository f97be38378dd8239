import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

type Staying = {
  readonly ref: RefObject<HTMLDivElement | null>;
  /** How much of the view it takes, so that nothing with the focus comes to lie under it; 0: it must not stay. */
  readonly staysPx: number;
};

/** Of what stays in view while the rest scrolls: only where it leaves half of the view to the rest. */
export function useStaying(): Staying {
  const ref = useRef<HTMLDivElement>(null);
  const [staysPx, setStaysPx] = useState(0);
  // Before anything is painted, and before anything can have the focus.
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = () => {
      const { offsetHeight } = element;
      setStaysPx(offsetHeight <= window.innerHeight / 2 ? offsetHeight : 0);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, []);
  return { ref, staysPx };
}
