import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./controls.js";

export type MenuItem =
  | {
      readonly kind: "action";
      readonly label: string;
      readonly icon?: string;
      /** For an item that switches something: whether it is on. */
      readonly checked?: boolean;
      readonly disabled?: boolean;
      readonly run: () => void;
    }
  | { readonly kind: "separator" };

export interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** The menu opens below this element, or above it where there is more room. */
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

/** A menu that floats over the page; it takes the focus, and closing gives it back. */
export function Menu({ label, items, anchor, onClose }: MenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const menu = element.current!;
    menu.showPopover();
    place(menu, anchor);
    focusable(menu)[0]?.focus();
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") close.current();
    };
    menu.addEventListener("toggle", onToggle);
    return () => {
      menu.removeEventListener("toggle", onToggle);
      if (menu.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    };
  }, [anchor]);

  const onKeyDown = (event: KeyboardEvent) => {
    const menu = element.current!;
    const entries = focusable(menu);
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const next = nextIndex(event.key, at, entries.length);
    if (next !== null) {
      entries[next]?.focus();
      event.preventDefault();
    } else if (event.key === "Tab" || event.key === "Escape") {
      onClose();
      event.preventDefault();
    }
    event.stopPropagation();
  };

  // Every item has the same columns, so that the labels stand in one.
  const switches = items.some((item) => item.kind === "action" && item.checked !== undefined);
  const hasIcons = items.some((item) => item.kind === "action" && item.icon !== undefined);

  return (
    <div ref={element} class="menu" role="menu" aria-label={label} popover="auto" onKeyDown={onKeyDown}>
      {items.map((item, at) =>
        item.kind === "separator" ? (
          <div key={at} class="menu-separator" role="separator" />
        ) : (
          <button
            key={at}
            type="button"
            class="menu-item"
            role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            aria-checked={item.checked}
            disabled={item.disabled}
            tabIndex={-1}
            onPointerMove={(event) => event.currentTarget.focus()}
            onClick={() => {
              onClose();
              item.run();
            }}
          >
            {switches && <Icon name={item.checked ? "check" : "blank"} />}
            {(hasIcons || !switches) && <Icon name={item.icon ?? "blank"} />}
            <span class="menu-label">{item.label}</span>
          </button>
        ),
      )}
    </div>
  );
}

function focusable(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(".menu-item:not(:disabled)")];
}

function nextIndex(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % length;
    case "ArrowUp":
      return (at - 1 + length) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return null;
  }
}

const margin = 4;

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = window.innerHeight - at.bottom - margin;
  const top = height <= below || below >= at.top ? at.bottom : at.top - height;
  menu.style.left = `${Math.max(margin, Math.min(at.left, window.innerWidth - width - margin))}px`;
  menu.style.top = `${Math.max(margin, Math.min(top, window.innerHeight - height - margin))}px`;
}
