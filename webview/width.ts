import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** The inner width of an element, followed as it changes; 0 before the first layout. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const follow = () => setWidth(current.clientWidth);
    follow();
    const observer = new ResizeObserver(follow);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
