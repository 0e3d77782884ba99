import { Select, Switch } from '@mantine/core';
import { text } from '../../text';
import { useValue } from '../context';
import { described } from './described';
import type { FieldProps } from './FieldInput';

/** On or off; where there is no default, it may also be neither. */
export function BooleanInput(props: FieldProps) {
  const { value, fault, set } = useValue(props.path);
  const { label, description } = described(props);
  const usual = props.field.default;
  if (typeof usual !== 'boolean' && !props.field.required) {
    return (
      <Select
        label={label}
        description={description}
        error={fault}
        data={[
          { value: 'true', label: text.forms.yes },
          { value: 'false', label: text.forms.no },
        ]}
        placeholder={text.forms.notSet}
        value={typeof value === 'boolean' ? String(value) : null}
        clearable
        onChange={(word) => set(word === null ? undefined : word === 'true')}
      />
    );
  }
  return (
    <Switch
      label={label}
      description={description}
      error={fault}
      checked={typeof value === 'boolean' ? value : usual === true}
      onChange={({ currentTarget }) => set(currentTarget.checked)}
    />
  );
}
