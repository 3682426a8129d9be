/** Tells once a while has passed since it was last begun: where the camera is when it rests. */
export class Rest {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly milliseconds: number,
    readonly tell: () => void,
  ) {}

  begin(): void {
    this.cancel();
    this.#timer = setTimeout(this.tell, this.milliseconds);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
