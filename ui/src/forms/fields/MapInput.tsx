import { Button, Group, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { text } from '../../text';
import { useValue } from '../context';
import { blank, isObject } from '../values';
import { help } from './described';
import { FieldGroup } from './FieldGroup';
import { FieldInput, type FieldProps } from './FieldInput';

/** Values under names that are free to choose. */
export function MapInput({ field, path, label }: FieldProps) {
  const { value, fault, set } = useValue(path);
  const [name, setName] = useState('');
  const entries = isObject(value) ? value : {};
  const inner = field.values ?? {};
  const put = (now: typeof entries) => set(Object.keys(now).length > 0 ? now : undefined);
  const add = () => {
    put({ ...entries, [name]: blank(inner) });
    setName('');
  };
  const remove = (key: string) => put(Object.fromEntries(Object.entries(entries).filter(([other]) => other !== key)));
  return (
    <FieldGroup label={label} what={help(field)} fault={fault}>
      {Object.keys(entries).map((key) => (
        <Group key={key} align="flex-end" wrap="nowrap">
          <div className="grow">
            <FieldInput field={{ ...inner, description: undefined }} path={[...path, key]} label={key} />
          </div>
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            aria-label={text.forms.removeNamed(key)}
            onClick={() => remove(key)}
          >
            {text.forms.remove}
          </Button>
        </Group>
      ))}
      <Group align="flex-end" wrap="nowrap">
        <TextInput
          className="grow"
          label={text.forms.newEntry}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              if (name !== '' && !(name in entries)) add();
            }
          }}
        />
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={name === '' || name in entries}
          onClick={add}
        >
          {text.forms.addEntry}
        </Button>
      </Group>
    </FieldGroup>
  );
}
