import { NumberInput } from '@mantine/core';
import { useValue } from '../context';
import { described, placeholder } from './described';
import type { FieldProps } from './FieldInput';

/** A number. Bounds are told as a fault, not by changing what was typed. */
export function NumericInput(props: FieldProps) {
  const { field, path } = props;
  const { value, fault, set } = useValue(path);
  return (
    <NumberInput
      {...described(props)}
      value={typeof value === 'number' || typeof value === 'string' ? value : ''}
      error={fault}
      placeholder={placeholder(field)}
      allowDecimal={field.type === 'number'}
      clampBehavior="none"
      min={field.between?.[0]}
      max={field.between?.[1]}
      onChange={(now) => set(now === '' ? undefined : now)}
    />
  );
}
