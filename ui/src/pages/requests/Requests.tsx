import { Badge, Table, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { Followed } from '../../following/followed';
import { text } from '../../text';
import { Detail } from './Detail';

const COLOURS: Record<string, string> = { '2': 'teal', '3': 'blue', '4': 'orange', '5': 'red' };

/** The newest first, each with what more is known of it. */
export function Requests({ requests }: { requests: Followed[] }) {
  const [open, setOpen] = useState<string>();
  const words = text.following;
  if (requests.length === 0) return <Text size="sm">{words.none}</Text>;
  return (
    <Table.ScrollContainer minWidth={720} tabIndex={0}>
      <Table verticalSpacing={4} aria-label={words.requests}>
        <Table.Thead>
          <Table.Tr>
            {words.columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {requests.map((request) => (
            <Fragment key={request.id}>
              <Row
                request={request}
                isOpen={open === request.id}
                toggle={() => setOpen(open === request.id ? undefined : request.id)}
              />
              {open === request.id && (
                <Table.Tr>
                  <Table.Td colSpan={words.columns.length}>
                    <Detail request={request} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps {
  request: Followed;
  isOpen: boolean;
  toggle: () => void;
}

function Row({ request, isOpen, toggle }: RowProps) {
  const { at, method, path, status, route, consumer, latency } = request;
  const words = text.following;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Table.Tr>
      <Table.Td>
        <UnstyledButton onClick={toggle} aria-expanded={isOpen} fz="sm">
          <Chevron size={14} aria-hidden /> {words.time(at)}
          <span className="only-read"> {words.detailOf(method, path)}</span>
        </UnstyledButton>
      </Table.Td>
      <Table.Td>{method}</Table.Td>
      <Table.Td className="breakable">{path}</Table.Td>
      <Table.Td>
        <Badge variant="dot" tt="none" color={COLOURS[String(status).charAt(0)] ?? 'gray'}>
          {status}
        </Badge>
      </Table.Td>
      <Table.Td className="breakable">{route ?? '–'}</Table.Td>
      <Table.Td className="breakable">{consumer ?? '–'}</Table.Td>
      <Table.Td>{text.overview.milliseconds(latency.total)}</Table.Td>
    </Table.Tr>
  );
}
