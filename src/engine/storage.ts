import type { DType, ElementArray } from "./dtype.js";

/** Where a tensor's values are: in memory, or nowhere, so that only shapes are known (torch.device). */
export type Device = "cpu" | "meta";

/** The memory that a tensor and its views share. On the meta device there is none, only a length. */
export class Storage {
  /** Whether there ever was a floating-point number of two bytes: as long as there is none, nobody looks for them. */
  static hasNarrow = false;

  /** Whether its numbers came from JavaScript, whole and without a dtype, which made them int64. */
  isFromWholeNumbers = false;

  private constructor(
    readonly dtype: DType,
    readonly length: number,
    readonly device: Device,
    private readonly elements: ElementArray | null,
  ) {
    if (dtype.isNarrow) Storage.hasNarrow = true;
  }

  static allocate(dtype: DType, length: number, device: Device): Storage {
    return new Storage(dtype, length, device, device === "cpu" ? new dtype.array(length) : null);
  }

  /** Takes the array as it is, without copying. */
  static wrap(dtype: DType, elements: ElementArray): Storage {
    return new Storage(dtype, elements.length, "cpu", elements);
  }

  /** In place of memory that is let go: without elements, on the device that they were on. */
  static withoutElements(dtype: DType, length: number, device: Device): Storage {
    return new Storage(dtype, length, device, null);
  }

  /** The same elements in memory of their own. */
  copy(): Storage {
    return new Storage(this.dtype, this.length, this.device, this.elements && this.elements.slice());
  }

  get hasElements(): boolean {
    return this.elements !== null;
  }

  /** Throws on the meta device, whose tensors have no values, and where the elements were let go. */
  get data(): ElementArray {
    if (this.elements === null)
      throw new Error(this.device === "meta" ? "a meta tensor has no values" : "the values were let go: backward may read what its row's `reads` names");
    return this.elements;
  }
}
