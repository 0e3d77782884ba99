import { Button, Group, Input, Stack, Textarea } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { text } from '../../text';
import { useListFault, useValue } from '../context';
import { help } from './described';
import type { FieldProps } from './FieldInput';

/** Several texts of several lines. */
export function CodeListInput({ field, path, label }: FieldProps) {
  const { value, set } = useValue(path);
  const fault = useListFault(path);
  const texts = Array.isArray(value) ? value.map(String) : [];
  const put = (now: string[]) => set(now.length > 0 ? now : undefined);
  return (
    <Input.Wrapper label={label} description={help(field)} error={fault} labelElement="div">
      <Stack gap="xs" mt={4}>
        {texts.map((code, index) => (
          <Group key={index} align="flex-start" wrap="nowrap">
            <Textarea
              className="code"
              flex={1}
              autosize
              minRows={3}
              maxRows={20}
              aria-label={text.forms.element(label, index + 1)}
              value={code}
              onChange={({ currentTarget }) => put(texts.with(index, currentTarget.value))}
            />
            <Button
              variant="subtle"
              color="red"
              leftSection={<IconTrash size={16} />}
              onClick={() => put(texts.toSpliced(index, 1))}
            >
              {text.forms.remove}
            </Button>
          </Group>
        ))}
        <Group>
          <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => put([...texts, ''])}>
            {text.forms.add(label)}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
