export default function handler(request, response) {
  if (request.query.id === '0') throw new Error('broken');
  response.json({ id: request.query.id });
}
