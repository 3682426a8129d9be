let check: (() => void) | null = null;

/** Has long operations, backward passes and functions of many operations call `asked` between two slices of their work: where it throws, they end. Null: nobody is asked. */
export function interruptBy(asked: (() => void) | null): void {
  check = asked;
}

/** To be called between two slices of work that take about a millisecond or more. */
export function checkInterrupt(): void {
  if (check !== null) check();
}

/** How many elements to go through between two looks for an interrupt, where each takes some nanoseconds. */
export const elementsBetweenLooks = 1 << 16;
