declare module 'virtual:room-client' {
  /** The address of the room's browser bundle, by language. Made by web/build/room-client.ts. */
  export const entries: Record<'en' | 'zh-CN', string>;
}
