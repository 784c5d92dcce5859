export function ServerRail() {
  return null;
}
