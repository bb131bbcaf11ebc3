// The trailer's frame is made when the viewer asks for it: until then nothing is asked of YouTube.
const trailer = document.querySelector("[data-trailer]");
const cityForm = document.querySelector("[data-city-form]");

trailer?.addEventListener("click", (event) => {
  event.preventDefault();
  const frame = document.createElement("iframe");
  const id = encodeURIComponent(trailer.getAttribute("data-trailer") ?? "");
  frame.src = `https://www.youtube-nocookie.com/embed/${id}?autoplay=1&rel=0`;
  frame.title = trailer.getAttribute("data-title") ?? "";
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin"; // the player refuses to start without an origin
  frame.className = "trailer-frame";
  trailer.replaceWith(frame);
  frame.focus();
});

if (cityForm instanceof HTMLFormElement) cityForm.addEventListener("change", () => cityForm.requestSubmit());
