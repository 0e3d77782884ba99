import { certificates } from '../../entities/catalogue';
import { EntityPages } from '../../records/EntityPages';

export default function CertificatePages() {
  return <EntityPages entity={certificates} />;
}
