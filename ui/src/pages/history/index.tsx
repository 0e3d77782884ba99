import { Alert, Button, Skeleton, Stack } from '@mantine/core';
import { useHistory } from '../../api/history';
import { useNode } from '../../api/records';
import { Failure } from '../../records/Failure';
import { PageHeader } from '../../shell/PageHeader';
import { text } from '../../text';
import { WriteCard } from './WriteCard';

/** The last writes, the newest first. */
export default function HistoryPage() {
  const { writes, isPending, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useHistory();
  const { data: node } = useNode();
  const isDeclared = node?.configuration.database === 'off';
  return (
    <Stack>
      <PageHeader page="history" />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {isPending && <Skeleton height={240} />}
      {!isPending && !error && writes.length === 0 && (
        <Alert variant="light" role="status">
          {isDeclared ? text.history.nothingDeclared : text.history.nothing}
        </Alert>
      )}
      {writes.map((write) => (
        <WriteCard key={write.revision} write={write} />
      ))}
      {hasNextPage && (
        <div>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {text.lists.more}
          </Button>
        </div>
      )}
    </Stack>
  );
}
