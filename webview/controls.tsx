/** The page's controls: the browser's own elements, in VS Code's look. */
import type { ComponentChildren, Ref } from "preact";

/** An icon of VS Code's own set, by its codicon name. Decoration: what it means is said beside it. */
export function Icon({ name }: { readonly name: string }) {
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}

export interface IconButtonProps {
  readonly icon: string;
  /** What it does: tooltip and accessible name. */
  readonly label: string;
  /** For a button that switches something: whether it is on. */
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly onClick: (event: MouseEvent) => void;
}

export function IconButton({ icon, label, pressed, expanded, disabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class={pressed ? "icon-button pressed" : "icon-button"}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
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
    <button type="button" class={primary ? "button primary" : "button"} disabled={disabled} onClick={onClick}>
      {children}
    </button>
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
}

export function Dropdown({ label, value, choices, onChoose }: DropdownProps) {
  return (
    <select class="dropdown" title={label} aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.text}
        </option>
      ))}
    </select>
  );
}

export interface TextInputProps {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly icon?: string;
  readonly field?: Ref<HTMLInputElement>;
  readonly onInput: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** Shown inside the field, at its end. */
  readonly children?: ComponentChildren;
}

export function TextInput({ label, placeholder, value, icon, field, onInput, onKeyDown, children }: TextInputProps) {
  return (
    <div class="text-input">
      {icon && <Icon name={icon} />}
      <input
        ref={field}
        type="text"
        aria-label={label}
        placeholder={placeholder}
        spellcheck={false}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {children && <div class="text-input-end">{children}</div>}
    </div>
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
