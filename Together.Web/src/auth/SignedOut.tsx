export default function SignedOut() {
  return <main />;
}
