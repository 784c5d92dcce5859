export function PrivateList() {
  return null;
}
