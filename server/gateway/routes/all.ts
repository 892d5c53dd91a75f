import type { RouteModule } from '../route.ts'
import { authRoutes } from './auth.ts'
import { a1111Routes } from './a1111.ts'
import { falRoutes } from './fal.ts'
import { modelRoutes } from './models.ts'
import { ownRoutes } from './own.ts'
import { sdRoutes } from './sd.ts'

/** The one list of everything that answers, pages aside. Of two named patterns that match, the earlier wins. */
export const ALL_ROUTES: readonly RouteModule[] = [
  ownRoutes,
  modelRoutes,
  authRoutes,
  falRoutes,
  sdRoutes,
  a1111Routes,
]
