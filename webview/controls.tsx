/**
 * Every control that comes from @vscode/webview-ui-toolkit. The toolkit is deprecated: no other file names its elements, so
 * that a successor is a change of this one.
 */
import {
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import type { ComponentChildren, HTMLAttributes, Ref } from "preact";
import { useCallback, useLayoutEffect, useRef } from "preact/hooks";

export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());
}

interface ToolkitAttributes<Element extends EventTarget = HTMLElement> extends HTMLAttributes<Element> {
  readonly appearance?: "primary" | "secondary" | "icon";
  readonly placeholder?: string;
  readonly value?: string;
  readonly selected?: boolean;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly position?: "above" | "below";
}

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "vscode-button": ToolkitAttributes;
      "vscode-checkbox": ToolkitAttributes<HTMLElement & { checked: boolean }>;
      "vscode-dropdown": ToolkitAttributes;
      "vscode-option": ToolkitAttributes;
      "vscode-text-field": ToolkitAttributes<TextField>;
    }
  }
}

/** An icon of VS Code's own set, by its codicon name. Decoration: what it means is said beside it. */
export function Icon({ name }: { readonly name: string }) {
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}

export interface IconButtonProps {
  readonly icon?: string;
  /** Shown beside the icon, or in its place. */
  readonly text?: string;
  /** What it does: tooltip and accessible name. */
  readonly label: string;
  /** For a button that switches something: whether it is on. */
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly onClick: (event: MouseEvent) => void;
}

export function IconButton({ icon, text, label, pressed, expanded, disabled = false, onClick }: IconButtonProps) {
  const element = useRef<HTMLElement>(null);
  // What a button's state is goes to the control inside: the element around it has no role that could have one.
  useLayoutEffect(() => {
    const control = element.current?.shadowRoot?.querySelector("button");
    for (const [name, value] of [
      ["aria-pressed", pressed],
      ["aria-expanded", expanded],
    ] as const) {
      if (value === undefined) control?.removeAttribute(name);
      else control?.setAttribute(name, String(value));
    }
  }, [pressed, expanded]);
  return (
    <vscode-button
      ref={element}
      appearance="icon"
      class={`icon-button${pressed ? " pressed" : ""}${text === undefined ? "" : " worded"}`}
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {text !== undefined && <span class="button-text">{text}</span>}
    </vscode-button>
  );
}

export interface ButtonProps {
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

export function Button({ primary = false, disabled = false, onClick, children }: ButtonProps) {
  return (
    <vscode-button appearance={primary ? "primary" : "secondary"} disabled={disabled} onClick={onClick}>
      {children}
    </vscode-button>
  );
}

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Checkbox({ checked, onChange, children }: CheckboxProps) {
  return (
    <vscode-checkbox checked={checked} onChange={(event) => onChange(event.currentTarget.checked)}>
      {children}
    </vscode-checkbox>
  );
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export interface DropdownProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (value: string) => void;
  /** Where its list opens; default: where there is more room, which may be outside of what scrolls around it. */
  readonly position?: "above" | "below";
}

export function Dropdown({ label, value, choices, onChoose, position }: DropdownProps) {
  const element = useRef<HTMLElement & { value: string }>(null);
  // The element knows its value only once its options are upgraded.
  useLayoutEffect(() => queueMicrotask(() => element.current && (element.current.value = value)), [value, choices]);
  return (
    <vscode-dropdown
      ref={element}
      class="dropdown"
      {...(position && { position })}
      title={label}
      aria-label={label}
      onChange={(event) => onChoose((event.currentTarget as HTMLElement & { value: string }).value)}
    >
      {choices.map((choice) => (
        <vscode-option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.text}
        </vscode-option>
      ))}
    </vscode-dropdown>
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly icon?: string;
  readonly field?: Ref<TextField>;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** Shown inside the field, at its end. */
  readonly children?: ComponentChildren;
}

export type { TextField };

export function TextInput({ label, placeholder, value, icon, field, onInput, onKeyDown, children }: TextFieldProps) {
  const own = useRef<TextField | null>(null);
  // The toolkit gives every field a name of its own when it is connected.
  useLayoutEffect(() => own.current?.setAttribute("aria-label", label), [label]);
  const refer = useCallback(
    (element: TextField | null) => {
      own.current = element;
      if (typeof field === "function") field(element);
      else if (field) field.current = element;
    },
    [field],
  );
  return (
    <vscode-text-field
      ref={refer}
      class="text-input"
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={onKeyDown}
    >
      {icon && <span slot="start" class={`codicon codicon-${icon}`} aria-hidden="true" />}
      {children && (
        <section slot="end" class="text-input-end">
          {children}
        </section>
      )}
    </vscode-text-field>
  );
}

export interface LinkProps {
  readonly title?: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** Text that acts when clicked; a button in its own line of text. */
export function Link({ title, disabled = false, onClick, children }: LinkProps) {
  return (
    <button type="button" class="link" title={title} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}
