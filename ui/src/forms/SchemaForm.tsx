import { Button, Collapse, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import type { Json, JsonObject } from '../api/client';
import { text } from '../text';
import type { Faults } from './checks';
import { FormContext } from './context';
import { FieldInput } from './fields/FieldInput';
import { placeOf } from './hints';
import { labelOf } from './labels';
import { type Field, isEditable, named, type Schema } from './schema';
import { type Path, withValueAt } from './values';

interface SchemaFormProps {
  /** By which hints are found. */
  name: string;
  value: JsonObject;
  faults: Faults;
  isEdit: boolean;
  onChange: (value: JsonObject) => void;
  children: ReactNode;
}

/** What the inputs within it show and change is `value`. */
export function SchemaForm({ name, value, faults, isEdit, onChange, children }: SchemaFormProps) {
  const state = useMemo(
    () => ({
      schema: name,
      value,
      faults,
      isEdit,
      set: (path: Path, now: Json | undefined) => onChange(withValueAt(value, path, now) as JsonObject),
    }),
    [name, value, faults, isEdit, onChange],
  );
  return <FormContext value={state}>{children}</FormContext>;
}

/** The inputs of all fields of a schema: those that most people need, and the others behind a button. */
export function SchemaFields({ name, schema }: { name: string; schema: Schema }) {
  const fields = named(schema.fields).filter(([field, inner]) => isEditable(field, inner));
  const place = ([field]: [string, Field]) => placeOf(name, field);
  const first = fields.filter((field) => place(field) !== undefined).sort((a, b) => (place(a) ?? 0) - (place(b) ?? 0));
  const others = fields.filter((field) => place(field) === undefined);
  return (
    <Stack>
      <Fields fields={first} at={[]} />
      {others.length > 0 && (
        <MoreFields>
          <Fields fields={others} at={[]} />
        </MoreFields>
      )}
    </Stack>
  );
}

/** Inputs, one below the other. */
export function Fields({ fields, at }: { fields: [string, Field][]; at: Path }) {
  return fields.map(([name, field]) => (
    <FieldInput key={name} field={field} path={[...at, name]} label={labelOf(name)} />
  ));
}

/** What is seldom needed. */
export function MoreFields({ children, label = text.forms.more }: { children: ReactNode; label?: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  const Icon = opened ? IconChevronUp : IconChevronDown;
  return (
    <Stack>
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          rightSection={<Icon size={16} />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {opened && label === text.forms.more ? text.forms.fewer : label}
        </Button>
      </div>
      <Collapse expanded={opened}>
        <Stack>{opened && children}</Stack>
      </Collapse>
    </Stack>
  );
}
