import { consoleStory } from '../../console-demo/test/story.ts'
import { createApp } from '../src/app.ts'

consoleStory(createApp)
