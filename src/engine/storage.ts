import type { DType, ElementArray } from "./dtype.js";

/** Where a tensor's values are: in memory, or nowhere, so that only shapes are known (torch.device). */
export type Device = "cpu" | "meta";

/** The memory that a tensor and its views share. On the meta device there is none, only a length. */
export class Storage {
  /** Whether there ever was a floating-point number of two bytes: as long as there is none, nobody looks for them. */
  static hasNarrow = false;

  /** Where only the shapes of large tensors are wanted; null where all have values. Set by `leaveOutValues`. */
  static leavesOut: LeavesOut | null = null;

  /** Whether it has no elements because they are many, and only shapes are wanted of such: its code asked for no meta device. */
  isLeftOut = false;

  /** Whether its numbers came from JavaScript, whole and without a dtype, which made them int64. */
  isFromWholeNumbers = false;

  /** The number that an operation was given, where it holds that for the operation alone; null where it is the code's. */
  number: number | boolean | null = null;

  private constructor(
    readonly dtype: DType,
    readonly length: number,
    private place: Device,
    private elements: ElementArray | null,
  ) {
    if (dtype.isNarrow) Storage.hasNarrow = true;
  }

  get device(): Device {
    return this.place;
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

  /** The same for a tensor of the code's, which has none where they are left out; the memory that a kernel works in is there in any case. */
  static ofTensor(dtype: DType, length: number, device: Device): Storage {
    if (Storage.leavesOut === null || device === "meta" || length <= Storage.leavesOut.above) return Storage.allocate(dtype, length, device);
    const storage = new Storage(dtype, length, "meta", null);
    storage.isLeftOut = true;
    return storage;
  }

  /** The same elements in memory of their own. */
  copy(): Storage {
    return new Storage(this.dtype, this.length, this.device, this.elements && this.elements.slice());
  }

  get hasElements(): boolean {
    return this.elements !== null;
  }

  /** Has no elements from now on, for all who share it: what was written to it has none. */
  leaveOut(): void {
    if (this.elements === null) return;
    this.elements = null;
    this.place = "meta";
    this.isLeftOut = true;
  }

  /** Throws on the meta device, whose tensors have no values, and where the elements were let go. */
  get data(): ElementArray {
    if (this.elements === null)
      throw this.place === "meta"
        ? withoutValues(new Error("a meta tensor has no values"))
        : new Error("the values were let go: backward may read what its row's `reads` names");
    return this.elements;
  }
}

interface LeavesOut {
  /** Elements. */
  readonly above: number;
  readonly onRead: () => never;
}

/**
 * Has tensors of more than `above` elements, and whatever is computed of one, be shapes alone from now on, as on the meta device, beside others that have values. Whoever
 * reads such a value calls `onRead`, which says so in its own way and does not return. Null: all have values again.
 */
export function leaveOutValues(options: LeavesOut | null): void {
  Storage.leavesOut = options;
}

/** The error for values that are not there; does not return where they are left out, since the code has done nothing wrong. */
export function withoutValues<E extends Error>(error: E): E {
  if (Storage.leavesOut !== null) Storage.leavesOut.onRead();
  return error;
}
