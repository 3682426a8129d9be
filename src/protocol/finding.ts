/** How much a finding matters. */
export type FindingSeverity = "information" | "warning" | "error";

/** What the user wants of findings, by code: another severity than their own, or none of them. */
export type FindingLevels = Readonly<Record<string, FindingSeverity | "off">>;
