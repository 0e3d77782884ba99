import { Select } from '@mantine/core';
import { useValue } from '../context';
import { described, placeholder } from './described';
import type { FieldProps } from './FieldInput';

/** One of some words. */
export function ChoiceInput(props: FieldProps) {
  const { value, fault, set } = useValue(props.path);
  const choices = (props.field.one_of ?? []).map(String);
  return (
    <Select
      {...described(props)}
      data={choices}
      value={typeof value === 'string' ? value : null}
      error={fault}
      placeholder={placeholder(props.field)}
      searchable={choices.length > 8}
      clearable
      onChange={(word) => set(word ?? undefined)}
    />
  );
}
