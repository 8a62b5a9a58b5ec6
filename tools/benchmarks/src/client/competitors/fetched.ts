/** What people write around the fetch of Node where a library brings everything else. */
import { authorization, getPath, postBody, postPath } from "../Wire.ts"

const json = async (response: Response): Promise<unknown> => {
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return response.json()
}

export const get = async (url: string) => json(await fetch(`${url}/${getPath}`, { headers: authorization }))

export const post = async (url: string) =>
  json(
    await fetch(`${url}/${postPath}`, {
      method: "POST",
      headers: { ...authorization, "content-type": "application/json" },
      body: JSON.stringify(postBody)
    })
  )
