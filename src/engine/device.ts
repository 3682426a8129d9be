import type { Device } from "./storage.js";

let defaultDevice: Device = "cpu";

/** Where tensors are made that state no device (torch.get_default_device). */
export function getDefaultDevice(): Device {
  return defaultDevice;
}

/** Sets where tensors are made that state no device (torch.set_default_device). */
export function setDefaultDevice(device: Device): void {
  defaultDevice = device;
}

/** Runs `body` with another default device and returns its result: Python's `with torch.device("meta"):`. */
export function withDevice<T>(device: Device, body: () => T): T {
  const outer = defaultDevice;
  defaultDevice = device;
  try {
    return body();
  } finally {
    defaultDevice = outer;
  }
}
