/** Numbers nested as deep as a tensor has dimensions; booleans for dtype bool. */
export type NestedList = number | boolean | readonly NestedList[];
