export interface Other {
  readonly name: string;
}
export const other: Other = { name: "other" };
