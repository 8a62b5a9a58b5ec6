/** Draws only those rows of a long list that are in view, and the one that has the focus. */
import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions
} from "@tanstack/virtual-core"
import type { RefObject } from "preact"
import { useLayoutEffect, useRef, useState } from "preact/hooks"

/** The height of a row before it is measured, in pixels. */
const usualHeight = 46
/** How many rows are drawn above and below those in view: the keyboard finds the next one. */
const overscan = 8

const indexOf = (target: EventTarget | null): number | undefined => {
  const row = target instanceof Element ? target.closest("[data-index]") : null
  return row === null ? undefined : Number(row.getAttribute("data-index"))
}

/**
 * The rows to be drawn, of `count`. Each needs the attribute `data-index` and `measure` as its `ref`; `onFocusIn` and
 * `onFocusOut` belong to the element that scrolls.
 */
export const useVirtualRows = (
  scroller: RefObject<HTMLElement | null>,
  count: number,
  keyAt: (index: number) => string
) => {
  const [, draw] = useState(0)
  const focused = useRef<number | undefined>(undefined)
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    overscan,
    estimateSize: () => usualHeight,
    getItemKey: keyAt,
    getScrollElement: () => scroller.current,
    rangeExtractor: (range) => {
      const shown = new Set(defaultRangeExtractor(range))
      if (focused.current !== undefined && focused.current < range.count) shown.add(focused.current)
      return [...shown].sort((a, b) => a - b)
    },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => draw((times) => times + 1)
  }
  const [rows] = useState(() => new Virtualizer(options))
  rows.setOptions(options)
  useLayoutEffect(() => rows._didMount(), [])
  useLayoutEffect(() => rows._willUpdate())
  return {
    height: rows.getTotalSize(),
    shown: rows.getVirtualItems(),
    measure: rows.measureElement,
    onFocusIn: (event: FocusEvent) => void (focused.current = indexOf(event.target)),
    onFocusOut: () => void (focused.current = undefined)
  }
}
