import { useRef } from "preact/hooks";

export interface SplitterProps {
  readonly label: string;
  /** How the bar itself runs: a vertical bar stands between left and right. */
  readonly orientation: "horizontal" | "vertical";
  /** The share of the second pane. */
  readonly share: number;
  readonly onChange: (share: number) => void;
}

const least = 0.15;
const most = 0.8;
const step = 0.05;

/** The bar between two panes of its parent element, for pointer and keyboard. */
export function Splitter({ label, orientation, share, onChange }: SplitterProps) {
  const element = useRef<HTMLDivElement>(null);
  const change = (wanted: number) => onChange(Math.min(most, Math.max(least, wanted)));

  const onPointerMove = (event: PointerEvent) => {
    const bar = element.current!;
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = bar.parentElement!.getBoundingClientRect();
    change(orientation === "vertical" ? (box.right - event.clientX) / box.width : (box.bottom - event.clientY) / box.height);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const [grow, shrink] = orientation === "vertical" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const wanted = { [grow]: share + step, [shrink]: share - step, Home: least, End: most }[event.key];
    if (wanted === undefined) return;
    change(wanted);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={element}
      class={`splitter ${orientation}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuemin={least * 100}
      aria-valuemax={most * 100}
      aria-valuenow={Math.round(share * 100)}
      onPointerDown={(event) => {
        element.current!.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
