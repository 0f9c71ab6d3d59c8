/** What every field takes, as `form.field(name)` binds it. */
export interface FieldProps {
  name: string;
  label: string;
  help?: string;
  error?: string;
  optional?: boolean;
  disabled?: boolean;
  placeholder?: string;
  autofocus?: boolean;
  hideLabel?: boolean;
}

export function frameOf(props: FieldProps) {
  const { label, help, error, optional, hideLabel } = props;
  return { label, help, error, optional, hideLabel };
}
