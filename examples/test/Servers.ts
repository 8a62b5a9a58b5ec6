/** What stands between an example and its Invent: a proxy, and a server that has a certificate. */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import * as http from "node:http"
import * as https from "node:https"
import * as net from "node:net"
import { join } from "node:path"

/** A server of this machine, at its port, closed with its scope and all of its connections. */
const listening = (server: http.Server) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      const sockets = new Set<net.Socket>()
      server.on("connection", (socket) => {
        sockets.add(socket)
        socket.on("error", () => {}).on("close", () => sockets.delete(socket))
      })
      server.on("close", () => {
        for (const socket of sockets) socket.destroy()
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
    }),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** Passes a request on to `target`, and its answer back. */
const forwarding =
  (target: string): http.RequestListener =>
  (request, response) => {
    const { headers, method } = request
    const onward = http.request(new URL(request.url ?? "", target), { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  }

/** A proxy that opens tunnels, and the requests it got: `CONNECT 127.0.0.1:8080` by whom. */
export const proxy = Effect.gen(function* () {
  const seen: Array<readonly [tunnel: string, authorization: string | undefined]> = []
  const server = http.createServer((_, response) => response.writeHead(405).end())
  server.on("connect", (request, near: net.Socket, head) => {
    seen.push([`CONNECT ${request.url}`, request.headers["proxy-authorization"]])
    const { hostname, port } = new URL(`http://${request.url}`)
    const far = net.connect(Number(port), hostname, () => {
      near.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      far.write(head)
      far.pipe(near).pipe(far)
    })
    far.on("error", () => near.destroy())
    near.on("error", () => far.destroy()).on("close", () => far.destroy())
  })
  return { port: yield* listening(server), seen }
})

const openssl = (...words: ReadonlyArray<string>) => execFileSync("openssl", words, { stdio: "pipe" })
const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

/** An authority and a certificate for 127.0.0.1 that it signed, both for two days, as PEM files in a folder. */
export const authority = (folder: string, name: string) =>
  Effect.sync(() => {
    const at = (file: string) => join(folder, `${name}-${file}.pem`)
    openssl("req", "-x509", ...key, "-keyout", at("ca-key"), "-out", at("ca"), "-days", "2", "-subj", `/CN=${name}`)
    openssl("req", ...key, "-keyout", at("key"), "-out", at("request"), "-subj", "/CN=127.0.0.1")
    writeFileSync(at("names"), "subjectAltName=IP:127.0.0.1\n")
    const signing = ["-CA", at("ca"), "-CAkey", at("ca-key"), "-CAcreateserial", "-extfile", at("names")]
    openssl("x509", "-req", "-in", at("request"), ...signing, "-out", at("certificate"), "-days", "2")
    return { ca: at("ca"), key: readFileSync(at("key")), cert: readFileSync(at("certificate")) }
  })

/** An HTTPS server with this certificate in front of `target`. */
export const secured = (target: string, certificate: { readonly key: Buffer; readonly cert: Buffer }) =>
  Effect.map(listening(https.createServer(certificate, forwarding(target))), (port) => `https://127.0.0.1:${port}`)
