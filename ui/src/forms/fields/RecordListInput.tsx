import { Button, Fieldset, Group, Stack } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { text } from '../../text';
import { useValue } from '../context';
import { blank, type Path } from '../values';
import { help } from './described';
import { FieldGroup } from './FieldGroup';
import { FieldInput, type FieldProps } from './FieldInput';
import { RecordFields } from './RecordInput';

/** Several records, or lists. */
export function RecordListInput({ field, path, label }: FieldProps) {
  const { value, fault, set } = useValue(path);
  const elements = Array.isArray(value) ? value : [];
  const inner = field.elements ?? {};
  return (
    <FieldGroup label={label} what={help(field)} fault={fault}>
      {elements.map((_, index) => (
        <Fieldset key={index} legend={text.forms.element(label, index + 1)}>
          <Stack gap="xs">
            <Element field={inner} path={[...path, index]} label={text.forms.element(label, index + 1)} />
            <Group justify="flex-end">
              <Button
                variant="subtle"
                color="red"
                size="xs"
                leftSection={<IconTrash size={14} />}
                onClick={() => set(elements.length > 1 ? elements.toSpliced(index, 1) : undefined)}
              >
                {text.forms.remove}
              </Button>
            </Group>
          </Stack>
        </Fieldset>
      ))}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => set([...elements, blank(inner)])}
        >
          {text.forms.add(label)}
        </Button>
      </Group>
    </FieldGroup>
  );
}

function Element({ field, path, label }: { field: FieldProps['field']; path: Path; label: string }) {
  if (field.type === 'record') return <RecordFields field={field} path={path} />;
  return <FieldInput field={field} path={path} label={label} />;
}
