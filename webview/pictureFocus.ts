/** The tree over the picture, which takes its keys. */
export function focusPicture(): HTMLElement | null {
  const tree = document.querySelector<HTMLElement>(".graph-pane:not([inert]) .outline");
  tree?.focus({ preventScroll: true });
  return tree;
}

/** Keys that the picture understands, wherever nothing else has the focus. */
const pictureKeys = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", "Escape", "+", "=", "-"]);

/** Hands on a key that was pressed while nothing had the focus. The focus itself is not taken before: that would take it from the editor. */
export function handOnKey(event: KeyboardEvent): boolean {
  if (event.target !== document.body || !pictureKeys.has(event.key)) return false;
  return (
    focusPicture()?.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, altKey: event.altKey, shiftKey: event.shiftKey, cancelable: true })) === false
  );
}
