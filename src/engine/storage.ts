import type { DType, ElementArray } from "./dtype.js";

/** Where a tensor's values are: in memory, or nowhere, so that only shapes are known (torch.device). */
export type Device = "cpu" | "meta";

/** The memory that a tensor and its views share. On the meta device there is none, only a length. */
export class Storage {
  private constructor(
    readonly dtype: DType,
    readonly length: number,
    private readonly elements: ElementArray | null,
  ) {}

  static allocate(dtype: DType, length: number, device: Device): Storage {
    return new Storage(dtype, length, device === "cpu" ? new dtype.array(length) : null);
  }

  /** Takes the array as it is, without copying. */
  static wrap(dtype: DType, elements: ElementArray): Storage {
    return new Storage(dtype, elements.length, elements);
  }

  /** The same elements in memory of their own. */
  copy(): Storage {
    return new Storage(this.dtype, this.length, this.elements && this.elements.slice());
  }

  get device(): Device {
    return this.elements === null ? "meta" : "cpu";
  }

  /** Throws on the meta device: its tensors have no values. */
  get data(): ElementArray {
    if (this.elements === null) throw new Error("a meta tensor has no values");
    return this.elements;
  }
}
