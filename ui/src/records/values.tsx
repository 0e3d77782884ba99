/** Values as they are shown in lists and on the pages of records. */

import { ActionIcon, Anchor, Badge, Code, Group, Text, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Json, JsonObject } from '../api/client';
import { useRecords } from '../api/records';
import { collectionOf, titleOf } from '../entities/catalogue';
import type { Column } from '../entities/entity';
import { CopyText } from '../forms/CopyAs';
import { isEmpty, isObject } from '../forms/values';
import { text } from '../text';

const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** What a column holds for sorting and searching. */
export function sortable(column: Column, record: JsonObject): string | number {
  const value = column.look === 'scope' ? scopeOf(record)[0] : record[column.field];
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return isEmpty(value) ? '' : typeof value === 'string' ? value.toLowerCase() : JSON.stringify(value);
}

/** A value in a list. */
export function Cell({ column, record }: { column: Column; record: JsonObject }) {
  const value = record[column.field];
  const { look } = column;
  if (look === 'scope') return <Scope record={record} />;
  if (look === 'address') return <Text size="sm">{addressOf(record)}</Text>;
  if (isEmpty(value)) return <Dash />;
  if (look === 'time') return <Time seconds={Number(value)} />;
  if (look === 'tags') return <Tags tags={value as string[]} />;
  if (look === 'list') return <Text size="sm">{Array.isArray(value) ? value.join(', ') || '–' : String(value)}</Text>;
  if (look === 'code') return <Code className="clipped">{String(value)}</Code>;
  if (typeof look === 'object') return <Reference collection={look.reference} value={value as Json} />;
  return <Text size="sm">{String(value)}</Text>;
}

function Dash() {
  return (
    <Text size="sm" c="dimmed" span>
      –
    </Text>
  );
}

export function Time({ seconds }: { seconds: number }) {
  const date = new Date(seconds * 1000);
  return (
    <Text size="sm" span className="no-wrap">
      <time dateTime={date.toISOString()}>{moment.format(date)}</time>
    </Text>
  );
}

export function Tags({ tags }: { tags: string[] }) {
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge key={tag} variant="default" size="sm" tt="none">
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function addressOf({ protocol, host, port, path }: JsonObject): string {
  return `${String(protocol)}://${String(host)}:${String(port)}${isEmpty(path) ? '' : String(path)}`;
}

/** A link to another record, by its name once that is known. */
export function Reference({ collection, value }: { collection: string; value: Json }) {
  const { records } = useRecords(`/${collection}`);
  const id = isObject(value) ? String(value.id) : String(value);
  const record = records.find((other) => other.id === id);
  return (
    <Anchor component={Link} to={`/${collection}/${id}`} size="sm" onClick={(event) => event.stopPropagation()}>
      {record ? titleOf(collection, record) : id.slice(0, 8)}
    </Anchor>
  );
}

const SCOPES = ['service', 'route', 'consumer'];

function scopeOf(record: JsonObject): string[] {
  const names = SCOPES.filter((name) => isObject(record[name]));
  return names.length > 0 ? names : [text.scope.global];
}

/** What a plugin runs for. */
export function Scope({ record }: { record: JsonObject }) {
  const scopes = SCOPES.filter((name) => isObject(record[name]));
  if (scopes.length === 0)
    return (
      <Badge variant="default" tt="none">
        {text.scope.global}
      </Badge>
    );
  return (
    <Group gap="xs">
      {scopes.map((name) => (
        <Group key={name} gap={4} wrap="nowrap">
          <Badge variant="default" size="sm" tt="none">
            {name}
          </Badge>
          <Reference collection={collectionOf(`${name}s`)} value={record[name] ?? null} />
        </Group>
      ))}
    </Group>
  );
}

/** A text that is shown when somebody asks for it. */
export function Secret({ value }: { value: string }) {
  const [isShown, setShown] = useState(false);
  const label = isShown ? text.records.conceal : text.records.reveal;
  return (
    <Group gap={4} wrap="nowrap">
      <Code className="breakable">{isShown ? value : '••••••••'}</Code>
      <Tooltip label={label}>
        <ActionIcon variant="subtle" aria-label={label} onClick={() => setShown(!isShown)}>
          {isShown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        </ActionIcon>
      </Tooltip>
      <CopyText value={value} />
    </Group>
  );
}
