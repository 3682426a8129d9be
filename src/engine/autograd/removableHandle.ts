/** Undoes what registered it (torch.utils.hooks.RemovableHandle). */
export class RemovableHandle {
  constructor(private readonly undo: () => void) {}

  remove(): void {
    this.undo();
  }
}
