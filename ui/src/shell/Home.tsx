import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Navigate } from 'react-router';
import { ask } from '../api/client';
import { Failure } from '../records/Failure';
import { text } from '../text';

/** Where somebody comes in: a gateway that has nothing to do yet is begun with. */
export function Home() {
  const {
    data: isNew,
    isPending,
    error,
  } = useQuery({
    queryKey: ['records', 'any'],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        ['/services', '/routes'].map((path) => ask<{ data: unknown[] }>(`${path}?size=1`, { signal })),
      );
      return lists.every(({ body }) => body.data.length === 0);
    },
  });
  if (isPending) return <Loader aria-label={text.lists.loading} />;
  if (error) return <Failure error={error} />;
  return <Navigate to={isNew ? '/first-steps' : '/overview'} replace />;
}
