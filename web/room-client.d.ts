declare module 'virtual:room-client' {
  /** The room's browser bundle by language: its entry, and what that needs at once. Made by web/build/room-client.ts. */
  export const entries: Record<'en' | 'zh-CN', { script: string; ahead: string[] }>;
}
