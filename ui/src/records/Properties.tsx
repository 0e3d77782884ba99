import { Badge, Code, Table, Text } from '@mantine/core';
import type { Json, JsonObject } from '../api/client';
import { collectionOf } from '../entities/catalogue';
import { isLong, isSecret } from '../forms/hints';
import { labelOf } from '../forms/labels';
import { type Field, isClosed, type NamedField, named } from '../forms/schema';
import { isEmpty, isObject } from '../forms/values';
import { text } from '../text';
import { Reference, Secret, Tags, Time } from './values';

interface PropertiesProps {
  fields: NamedField[];
  record: JsonObject;
  /** By which hints are found. */
  schema: string;
  label: string;
}

/** The fields of a record, for reading. */
export function Properties({ fields, record, schema, label }: PropertiesProps) {
  const rows = named(fields).filter(([name, field]) => !isClosed(field) && name in record);
  return (
    <Table aria-label={label} className="properties" verticalSpacing="xs">
      <Table.Tbody>
        {rows.map(([name, field]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{labelOf(name)}</Table.Th>
            <Table.Td>
              <Property name={name} field={field} value={record[name] ?? null} schema={schema} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface PropertyProps {
  name: string;
  field: Field;
  value: Json;
  schema: string;
}

function Property({ name, field, value, schema }: PropertyProps) {
  if (isEmpty(value)) {
    return (
      <Text size="sm" c="dimmed">
        {text.records.notSet}
      </Text>
    );
  }
  if ((field.encrypted || isSecret(schema, name)) && typeof value === 'string') return <Secret value={value} />;
  if (field.type === 'boolean')
    return (
      <Badge variant="dot" tt="none" color={value ? 'teal' : 'gray'}>
        {value ? text.forms.yes : text.forms.no}
      </Badge>
    );
  if (field.type === 'foreign') return <Reference collection={collectionOf(field.reference ?? '')} value={value} />;
  if (field.type === 'record' && isObject(value)) {
    return <Properties fields={field.fields ?? []} record={value} schema={schema} label={labelOf(name)} />;
  }
  return <Plain name={name} field={field} value={value} schema={schema} />;
}

function Plain({ name, field, value, schema }: PropertyProps) {
  if (field.timestamp) return <Time seconds={Number(value)} />;
  if (name === 'tags') return <Tags tags={value as string[]} />;
  if (isLong(schema, name) && typeof value === 'string')
    return (
      <Code block className="tall" tabIndex={0}>
        {value}
      </Code>
    );
  if (field.uuid || name === 'id') return <Code className="breakable">{String(value)}</Code>;
  if (Array.isArray(value) && value.every((element) => typeof element !== 'object')) {
    return (
      <Text size="sm" className="breakable">
        {value.join(', ') || '–'}
      </Text>
    );
  }
  if (typeof value === 'object')
    return (
      <Code block tabIndex={0}>
        {JSON.stringify(value, null, 2)}
      </Code>
    );
  return (
    <Text size="sm" className="breakable">
      {String(value)}
    </Text>
  );
}
