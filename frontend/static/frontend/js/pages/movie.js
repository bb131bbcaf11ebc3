// The trailer's frame is made when the viewer asks for it: until then nothing is asked of YouTube.
const trailer = document.querySelector("[data-trailer]");

trailer?.addEventListener("click", (event) => {
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.src = `https://www.youtube-nocookie.com/embed/${encodeURIComponent(trailer.dataset.trailer)}?autoplay=1&rel=0`;
  frame.title = trailer.dataset.title;
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin"; // the player refuses to start without an origin
  frame.className = "trailer-frame";
  trailer.replaceWith(frame);
  frame.focus();
});

document.querySelector("[data-city-form]")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
