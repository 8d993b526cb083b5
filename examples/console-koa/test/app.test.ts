import { consoleStory } from '../../console-demo/test/story.ts'
import { createApp } from '../src/app.ts'

consoleStory((keyring) => {
  const handle = createApp(keyring).callback()
  return (request, response) => void handle(request, response)
})
