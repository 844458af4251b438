-- Looks at one file in a Neovim that is set up as docs/language-server.md says: waits for a diagnostic and a lens, asks
-- for a hover, and writes what it saw as JSON into OUT.

local out = os.getenv('OUT')
local function finish(result)
  local file = assert(io.open(out, 'w'))
  file:write(vim.fn.json_encode(result))
  file:close()
  vim.cmd('qall!')
end

local messages = {}
local notify = vim.notify
vim.notify = function(text, ...)
  table.insert(messages, text)
  return notify(text, ...)
end
vim.lsp.handlers['window/showMessage'] = function(_, params)
  table.insert(messages, params.message)
end

local ok, failure = pcall(function()
  local buffer = vim.api.nvim_get_current_buf()
  local id
  vim.wait(30000, function()
    for client in pairs(vim.lsp.buf_get_clients(buffer)) do
      id = client
    end
    return id ~= nil
  end, 20)
  local lenses = {}
  for _ = 1, 300 do
    -- As when the cursor rests, which it never does without a screen.
    vim.cmd('doautocmd CursorHold')
    local there = vim.wait(200, function()
      lenses = vim.lsp.codelens.get(buffer)
      return #lenses > 0 and #vim.diagnostic.get(buffer) > 0
    end, 20)
    if there then
      break
    end
  end
  local titles = {}
  for _, lens in ipairs(lenses) do
    table.insert(titles, { line = lens.range.start.line, title = lens.command.title })
  end
  local at = {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    position = { line = 2, character = 3 },
  }
  local hover = vim.lsp.buf_request_sync(buffer, 'textDocument/hover', at, 10000)
  local actions = vim.lsp.buf_request_sync(buffer, 'textDocument/codeAction', {
    textDocument = at.textDocument,
    range = { start = at.position, ['end'] = at.position },
    context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, 2) },
  }, 10000)
  local diagnostics = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(diagnostics, { line = one.lnum, message = one.message, source = one.source })
  end
  finish({
    lenses = titles,
    diagnostics = diagnostics,
    hover = hover[id].result.contents.value,
    actions = #(actions[id].result or {}),
    messages = messages,
  })
end)
if not ok then
  finish({ failure = tostring(failure), messages = messages })
end
