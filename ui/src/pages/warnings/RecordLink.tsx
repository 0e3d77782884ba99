import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import { recordPath, useRecord } from '../../api/records';
import { kindOf } from '../../declared/kinds';
import { credentials, entities, titleFor } from '../../entities/catalogue';
import type { Entity } from '../../entities/entity';
import { isObject } from '../../forms/values';
import type { Finding } from '../../lint/useFindings';
import { text } from '../../text';

/** A link to the record that something was found about. */
export function RecordLink({ entity: { type, id, name } }: { entity: Finding['entity'] }) {
  const entity = entities.find(({ schema }) => schema === type);
  const credential = credentials.find(({ schema }) => schema === type);
  if (credential) return <CredentialLink entity={credential} id={id} />;
  return (
    <Named
      kind={entity?.collection ?? type}
      title={name ?? id.slice(0, 8)}
      to={entity && `/${entity.collection}/${id}`}
    />
  );
}

/** A credential has its page below its consumer, which has to be asked for. */
function CredentialLink({ entity, id }: { entity: Entity; id: string }) {
  const { data } = useRecord(recordPath(`/${kindOf(entity.schema)?.collection ?? entity.collection}`, id));
  const consumer = data?.body.consumer;
  const to = isObject(consumer) ? `/consumers/${String(consumer.id)}/${entity.collection}/${id}` : undefined;
  return <Named kind={entity.collection} title={data ? titleFor(entity, data.body) : id.slice(0, 8)} to={to} />;
}

function Named({ kind, title, to }: { kind: string; title: string; to?: string }) {
  return (
    <Group gap={6}>
      {to ? (
        <Anchor component={Link} to={to} size="sm" fw={600} className="breakable">
          {title}
        </Anchor>
      ) : (
        <Text size="sm" fw={600} className="breakable">
          {title}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {text.kinds[kind]?.one ?? kind}
      </Text>
    </Group>
  );
}
